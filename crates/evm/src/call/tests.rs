mod building;
mod facts;
mod honest;
mod properties;
mod refusals;
mod signing;
