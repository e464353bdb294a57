mod code;
mod granted;
mod jwt;
mod organization;
mod pairwise;
mod refresh;
mod resources;
