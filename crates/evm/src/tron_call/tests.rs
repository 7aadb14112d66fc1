mod honest;
mod properties;
mod refusals;
mod signing;
mod vectors;
