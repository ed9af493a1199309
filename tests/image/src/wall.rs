//! The firewall of the image, tried from both sides.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::desk::START_LIMIT;
use crate::emulator::Rig;
use crate::first_day;
use crate::proofs::{Bench, TALKATIVE, expect};
use crate::unhappy::unit;

/// Where something on the terminal listens, that nothing on the network may reach.
const INSIDE: u16 = 7777;

/// What it says to whoever comes.
const SECRET: &str = "come-in";

/// Longest wait for a word of the terminal's own trial.
const TRIAL_LIMIT: Duration = Duration::from_secs(300);

/// Longest wait for an answer that must not come.
const NO_ANSWER: Duration = Duration::from_secs(10);

impl Bench {
    /// Root on the terminal reaches neither another port of the gateway's machine nor a name
    /// server; nobody outside reaches what listens on the terminal; the gateway is reached.
    ///
    /// # Errors
    /// What did not hold.
    pub fn wall(&self) -> io::Result<()> {
        let mut desk = self.desk("wall")?;
        // What would answer if it were let through.
        let open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = open.local_addr()?.port();
        let came = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&came);
        std::thread::spawn(move || {
            for mut guest in open.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = guest.write_all(SECRET.as_bytes());
            }
        });
        // Plain tries of root: after the network is there, so that nothing else keeps them from it.
        let tries = format!(
            "[Service]\nType=simple\nExecStart=/bin/sh -c '\
             busybox nc -ll -p {INSIDE} -e /bin/echo {SECRET} & \
             until ip -4 route | grep -q default; do sleep 1; done; \
             say() {{ echo \"wall: $$*\" >/dev/console; }}; \
             test \"$(echo | busybox nc -w 5 127.0.0.1 {INSIDE})\" = {SECRET} && say listens; \
             busybox nc -w 5 10.0.2.2 {port} </dev/null | grep -q {SECRET} && say reached || say kept-in; \
             busybox nslookup gateway.example 10.0.2.3 >/dev/null 2>&1 && say asked || say not-asked; \
             wait'\n"
        );
        self.settings(
            desk.card(),
            &format!("{TALKATIVE} {}", unit("wall", &tries)),
        )?;
        let outside = free_port()?;
        desk.switch_on(Rig {
            forward: Some((outside, INSIDE)),
            ..Rig::default()
        })?;
        desk.come_up(START_LIMIT)?;
        first_day::to_token(&mut desk)?;
        let terminal = desk.terminal()?;
        terminal.wait_for_text("wall: listens", TRIAL_LIMIT)?;
        terminal.wait_for_text("wall: kept-in", TRIAL_LIMIT)?;
        terminal.wait_for_text("wall: not-asked", TRIAL_LIMIT)?;
        expect(
            came.load(Ordering::SeqCst) == 0,
            "nothing reached the other port",
        )?;
        println!("wall: root on the terminal reaches no other port and no name server");
        expect(
            !heard(outside)?,
            "nobody outside hears what listens on the terminal",
        )?;
        println!("wall: nobody outside reaches what listens on the terminal");
        first_day::set_up(&mut desk)?;
        println!("wall: the gateway that the card names is reached");
        desk.cut_power();
        Ok(())
    }
}

/// Whether somebody outside hears what listens on the terminal.
fn heard(port: u16) -> io::Result<bool> {
    let mut line = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    line.set_read_timeout(Some(NO_ANSWER))?;
    let mut heard = Vec::new();
    let _ = line.read_to_end(&mut heard);
    Ok(String::from_utf8_lossy(&heard).contains(SECRET))
}

/// A port of this machine that nobody uses at the moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
