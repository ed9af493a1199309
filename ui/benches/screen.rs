//! What the screen costs on the processor, without a display: a full repaint, and a pressed key.
//!
//! `cargo bench -p ui --bench screen` prints both beside the bare thing: filling the same pixels
//! with one colour. The kiosk's first frame and its memory are measured on the whole program, by
//! the bench of the system tests.
#![allow(clippy::print_stdout, missing_docs, dead_code)]

#[path = "../tests/screens/samples/mod.rs"]
mod samples;

use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use slint::platform::software_renderer::{
    MinimalSoftwareWindow, RepaintBufferType, Rgb565Pixel, TargetPixel,
};
use slint::platform::{Platform, PlatformError, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use ui::layout::Layout;
use ui::screen::Screen;

/// Repaints of each screen.
const REPAINTS: usize = 200;

/// Presses of each key.
const PRESSES: usize = 200;

struct Bench(Rc<MinimalSoftwareWindow>);

impl Platform for Bench {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

fn main() {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
    slint::platform::set_platform(Box::new(Bench(Rc::clone(&window))))
        .expect("nothing else set a platform in this program");
    let started = Instant::now();
    let screen = Screen::new(Layout::Ten, samples::look()).expect("fonts are installed");
    screen.kiosk().show().expect("the window is in memory");
    let (width, height) = Layout::Ten.size();
    let mut pixels = vec![Rgb565Pixel::default(); (width * height) as usize];
    draw(&window, &mut pixels, width);
    println!(
        "| window and its first frame, fonts included | {} |",
        ms(started.elapsed())
    );

    let fill = median((0..REPAINTS).map(|number| {
        let colour = Rgb565Pixel::from_rgb(u8::try_from(number % 256).unwrap_or(0), 0, 0);
        timed(|| black_box(&mut pixels).fill(colour))
    }));
    println!("| one colour in every pixel | {} |", ms(fill));

    let mut worst = Duration::ZERO;
    for sample in samples::all() {
        screen.show(&sample.view);
        let repaint = median((0..REPAINTS / 10).map(|_| {
            screen.kiosk().window().request_redraw();
            timed(|| draw(&window, &mut pixels, width))
        }));
        if repaint > worst {
            worst = repaint;
            println!(
                "| full repaint of {} | {} | {:.1} × one colour |",
                sample.name,
                ms(repaint),
                repaint.as_secs_f64() / fill.as_secs_f64()
            );
        }
    }
    println!("| full repaint, slowest screen | {} |", ms(worst));

    screen.kiosk().window().request_redraw();
    window.draw_if_needed(|renderer| {
        renderer.set_repaint_buffer_type(RepaintBufferType::ReusedBuffer);
    });
    for name in ["A-3_passcode", "B-1_home"] {
        let sample = samples::all()
            .into_iter()
            .find(|sample| sample.name == name)
            .expect("every screen has a sample");
        screen.show(&sample.view);
        screen.kiosk().window().request_redraw();
        draw(&window, &mut pixels, width);
        println!(
            "| pressed key on {name} | {} |",
            ms(press(&window, &screen, &mut pixels, width))
        );
    }
}

/// Median of drawing after a finger went down on the middle of the right side and up again.
fn press(
    window: &MinimalSoftwareWindow,
    screen: &Screen,
    pixels: &mut [Rgb565Pixel],
    width: u32,
) -> Duration {
    let position = LogicalPosition::new(960.0, 300.0);
    let button = PointerEventButton::Left;
    median((0..PRESSES).map(|_| {
        let kiosk = screen.kiosk().window();
        kiosk.dispatch_event(WindowEvent::PointerPressed { position, button });
        let down = timed(|| draw(window, pixels, width));
        kiosk.dispatch_event(WindowEvent::PointerExited);
        draw(window, pixels, width);
        down
    }))
}

fn draw(window: &MinimalSoftwareWindow, pixels: &mut [Rgb565Pixel], width: u32) {
    slint::platform::update_timers_and_animations();
    window.draw_if_needed(|renderer| {
        black_box(renderer.render(pixels, width as usize));
    });
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}
