mod customers;
mod fixture;
mod limits;
mod matrix;
mod organizations;
mod requests;
mod spellings;
mod tokens;
