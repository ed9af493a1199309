//! Compiles the Slint pages. Debug information stays in: tests and the player find controls by
//! their visible words.

fn main() {
    let configuration = slint_build::CompilerConfiguration::new()
        .with_style("fluent".into())
        .with_debug_info(true);
    if let Err(error) = slint_build::compile_with_config("kiosk.slint", configuration) {
        println!("cargo::error={error}");
        std::process::exit(1);
    }
}
