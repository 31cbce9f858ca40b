//! Floor 2: what was declared, as expected confinement with the line it came from.
