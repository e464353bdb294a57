mod customers;
mod fixture;
mod limits;
mod matrix;
mod requests;
mod spellings;
