//! Drills to paper.
