//! Cases one can calculate by hand.
