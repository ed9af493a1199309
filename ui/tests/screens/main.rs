//! The screens as people see them: pictures, layout, words, touches.

mod contrast;
mod keyboard;
mod layout;
mod pictures;
mod reading;
mod samples;
mod touches;
mod window;
mod words;
mod work;
