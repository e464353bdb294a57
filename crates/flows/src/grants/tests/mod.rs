mod code;
mod organization;
mod pairwise;
mod refresh;
mod resources;
