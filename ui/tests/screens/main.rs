//! The screens as people see them: pictures, layout, words, touches.

mod contrast;
mod layout;
mod pictures;
mod samples;
mod touches;
mod words;
mod work;
