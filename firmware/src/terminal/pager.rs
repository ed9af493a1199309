//! Pages of a list. There are no scrolling lists: after the last page comes the first.

use super::touch::Touch;
use super::view::Paged;

/// Which page of a list is shown. The list itself stays with its flow.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Pager {
    page: usize,
}

impl Pager {
    /// Back to the first page.
    pub fn reset(&mut self) {
        self.page = 0;
    }

    /// To the page on which the item at `index` stands, `size` rows a page.
    pub fn show(&mut self, index: usize, size: usize) {
        self.page = index / size.max(1);
    }

    /// The rows of this page, `size` a page. A list that has become shorter shows its last.
    pub fn paged<T, R>(
        self,
        items: &[T],
        size: usize,
        row: impl FnMut((usize, &T)) -> R,
    ) -> Paged<R> {
        let size = size.max(1);
        let page = self.page.min(last(items.len(), size));
        Paged {
            rows: items
                .iter()
                .enumerate()
                .skip(page * size)
                .take(size)
                .map(row)
                .collect(),
            page,
            pages: last(items.len(), size) + 1,
            total: items.len(),
        }
    }

    /// Takes 「つぎのページ」 and its opposite; `false` for any other touch.
    pub fn turn(&mut self, touch: &Touch, items: usize, size: usize) -> bool {
        let pages = last(items, size.max(1)) + 1;
        match turned(touch, self.page, pages) {
            Some(page) => {
                self.page = page;
                true
            }
            None => false,
        }
    }

    /// Which of `items` the touched row of this page is.
    #[must_use]
    pub fn index(self, touch: &Touch, items: usize, size: usize) -> Option<usize> {
        let size = size.max(1);
        let page = self.page.min(last(items, size));
        match touch {
            Touch::Row(row) if *row < size => Some(page * size + row).filter(|i| *i < items),
            _ => None,
        }
    }
}

/// The page that 「つぎのページ」 or its opposite leads to; `None` for any other touch. For lists
/// that come from the vault page by page.
#[must_use]
pub fn turned(touch: &Touch, page: usize, pages: usize) -> Option<usize> {
    let pages = pages.max(1);
    let page = page.min(pages - 1);
    match touch {
        Touch::NextPage => Some((page + 1) % pages),
        Touch::PrevPage => Some((page + pages - 1) % pages),
        _ => None,
    }
}

/// The last page, from 0; an empty list has one page.
fn last(items: usize, size: usize) -> usize {
    items.div_ceil(size).max(1) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn turning_pages_shows_every_row_once_and_comes_back_to_the_first(
            items in 0usize..60,
            size in 0usize..9,
        ) {
            let list: Vec<usize> = (0..items).collect();
            let mut pager = Pager::default();
            let pages = pager.paged(&list, size, |(_, item)| *item).pages;
            let mut seen = Vec::new();
            for _ in 0..pages {
                let before = pager;
                let shown = pager.paged(&list, size, |(_, item)| *item);
                for (row, item) in shown.rows.iter().enumerate() {
                    prop_assert_eq!(pager.index(&Touch::Row(row), items, size), Some(*item));
                }
                prop_assert_eq!(pager.index(&Touch::Row(shown.rows.len()), items, size), None);
                seen.extend(shown.rows);
                prop_assert!(pager.turn(&Touch::NextPage, items, size));
                let mut back = pager;
                back.turn(&Touch::PrevPage, items, size);
                prop_assert_eq!(back, before);
            }
            prop_assert_eq!(pager, Pager::default());
            prop_assert_eq!(seen, list);
        }

        #[test]
        fn a_list_that_became_shorter_still_shows_a_page(items in 0usize..30, left in 0usize..30) {
            let list: Vec<usize> = (0..left).collect();
            let mut pager = Pager::default();
            pager.show(items, 4);
            let shown = pager.paged(&list, 4, |(_, item)| *item);
            prop_assert!(shown.page < shown.pages);
            prop_assert_eq!(shown.rows.is_empty(), left == 0);
        }
    }
}
