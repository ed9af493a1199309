//! Rows of a page. They are changed in place: a row that stays the same keeps its control, so a
//! finger that is on it while the clock in the strip moves on is not lost.

use std::rc::Rc;

use slint::{Model, ModelRc, VecModel};

/// A model with these rows: the present one, changed where it differs, or a new one.
#[must_use]
pub fn keep<T: Clone + PartialEq + 'static>(present: ModelRc<T>, rows: Vec<T>) -> ModelRc<T> {
    if present.as_any().downcast_ref::<VecModel<T>>().is_none() || present.row_count() != rows.len()
    {
        return ModelRc::from(Rc::new(VecModel::from(rows)));
    }
    for (place, row) in rows.into_iter().enumerate() {
        if present.row_data(place).as_ref() != Some(&row) {
            present.set_row_data(place, row);
        }
    }
    present
}

/// Rows of texts.
#[must_use]
pub fn texts<S: AsRef<str>>(
    present: ModelRc<slint::SharedString>,
    rows: impl IntoIterator<Item = S>,
) -> ModelRc<slint::SharedString> {
    keep(
        present,
        rows.into_iter().map(|row| row.as_ref().into()).collect(),
    )
}
