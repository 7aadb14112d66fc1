mod terms;
mod vectors;
