//! Labels and enrolment sheets: PNG at their printed size, ZPL for label printers.

mod canvas;
mod label;
pub mod pdf;
mod sheet;

pub use canvas::Font;
pub use label::Label;
pub use sheet::Sheet;
