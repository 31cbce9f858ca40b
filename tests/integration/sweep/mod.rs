//! Sweeps of machines made of files, and of real containers.

mod named;
mod placed;
mod tree;
