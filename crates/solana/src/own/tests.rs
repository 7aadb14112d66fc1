mod facts;
mod honest;
mod properties;
mod signing;
mod tampered;
