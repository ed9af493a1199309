//! The restart into an update, when nobody is at the desk.

use std::process::Command;
use std::time::Instant;

use appliance::Fault;
use appliance::disk::BootFacts;
use appliance::idle::{IDLE, Idle};

use super::input::Inputs;
use super::{program, selector};

/// Waits until nobody is at the desk.
pub fn wait_until_idle(facts: &BootFacts) -> Result<(), Fault> {
    let begun = Instant::now();
    let mut idle = Idle::new(facts.idle.unwrap_or(IDLE), begun.elapsed());
    let mut inputs = Inputs::open();
    while let Some(left) = idle.left(begun.elapsed()) {
        if inputs.wait_for_press(Some(left))? {
            idle.touched(begun.elapsed());
        }
    }
    Ok(())
}

/// Restarts into the slot that comes next.
pub fn restart(facts: &BootFacts) -> Result<(), Fault> {
    let mut command = Command::new("systemctl");
    command.arg("reboot");
    if let Some(argument) = selector(facts)?.restart_argument()? {
        command.arg(format!("--reboot-argument={argument}"));
    }
    program("systemctl", &mut command)
}
