//! The three screens the pages are drawn for.

use firmware::terminal::effect::Room;

/// A screen size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// 7″ on the counter: 800×480.
    Seven,
    /// 10″ on the counter: 1280×800.
    Ten,
    /// The portable unit, upright: 480×800.
    Portable,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Seven, Self::Ten, Self::Portable];

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Seven => (800, 480),
            Self::Ten => (1280, 800),
            Self::Portable => (480, 800),
        }
    }

    /// The layout that fits a window of this size best.
    #[must_use]
    pub fn for_size(width: f32, height: f32) -> Self {
        if height > width {
            Self::Portable
        } else if width >= 1200.0 && height >= 720.0 {
            Self::Ten
        } else {
            Self::Seven
        }
    }

    /// Rows of a list on one page. There are no scrolling lists, and the largest text still fits.
    #[must_use]
    pub const fn rows_per_page(self) -> usize {
        match self {
            Self::Seven => 3,
            Self::Ten | Self::Portable => 5,
        }
    }

    /// Rows of F-1, which stand below its filters; upright each has two lines.
    #[must_use]
    pub const fn outbox_rows(self) -> usize {
        match self {
            Self::Seven => 3,
            Self::Ten => 5,
            Self::Portable => 4,
        }
    }

    /// Tiles of people on one page of A-2.
    #[must_use]
    pub const fn staff_per_page(self) -> usize {
        match self {
            Self::Seven | Self::Portable => 6,
            Self::Ten => 9,
        }
    }

    /// Topics of help on one page of H-1.
    #[must_use]
    pub const fn topics_per_page(self) -> usize {
        match self {
            Self::Seven => 6,
            Self::Ten | Self::Portable => 5,
        }
    }

    /// What has room on it.
    #[must_use]
    pub const fn room(self) -> Room {
        Room {
            rows: self.rows_per_page(),
            outbox: self.outbox_rows(),
            staff: self.staff_per_page(),
            topics: self.topics_per_page(),
            document_width: self.document_width(),
        }
    }

    /// Width in pixels of a document's page image at zoom 0.
    #[must_use]
    pub const fn document_width(self) -> u32 {
        match self {
            Self::Seven => 620,
            Self::Ten => 606,
            Self::Portable => 444,
        }
    }
}
