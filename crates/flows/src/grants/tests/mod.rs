mod code;
mod organization;
mod refresh;
