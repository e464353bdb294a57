mod code;
mod organization;
mod pairwise;
mod refresh;
