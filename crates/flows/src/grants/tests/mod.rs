mod code;
mod jwt;
mod organization;
mod pairwise;
mod refresh;
mod resources;
