mod code;
mod refresh;
