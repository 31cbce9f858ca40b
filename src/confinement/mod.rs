//! Floor 1: the nouns of confinement, without I/O.
