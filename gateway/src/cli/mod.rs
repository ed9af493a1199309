//! The command line. One file a subcommand.

mod backup;
mod deliver;
mod demo_data;
mod devices;
mod import;
mod init;
mod notice;
mod offices;
mod output;
mod provisioning;
mod releases;
mod requests;
mod self_test;
mod serve;
mod staff;
mod stations;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::clock::{Clock, SystemClock};
use crate::error::GatewayError;
use crate::gateway::Layout;
use output::Output;

/// Answers Madoguchi terminals, and is the municipal operator's tool.
#[derive(Debug, Parser)]
#[command(name = "gateway", version, about)]
struct Cli {
    /// The gateway's folder.
    #[arg(long, global = true, default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Print JSON for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a gateway's folder: authorities, server certificate, receipt key, configuration.
    Init(init::Init),
    /// Answer terminals until stopped.
    Serve(serve::Serve),
    /// Import a municipality's CSV export.
    Import(import::Import),
    /// One-time tokens that enrol terminals.
    #[command(subcommand)]
    Token(token::Token),
    /// Disclosure requests (情報提供申出).
    #[command(subcommand)]
    Requests(requests::Requests),
    /// Deliver a PDF for one person of a request.
    Deliver(deliver::Deliver),
    /// Terminals: list, revoke, report lost, alarms.
    #[command(subcommand)]
    Devices(devices::Devices),
    /// Insurers (保険者).
    #[command(subcommand)]
    Insurer(offices::InsurerCommand),
    /// Care offices and whom they may ask.
    #[command(subcommand)]
    Facility(offices::FacilityCommand),
    /// Notices to terminals (お知らせ).
    #[command(subcommand)]
    Notice(notice::NoticeCommand),
    /// Staff of the offices.
    #[command(subcommand)]
    Staff(staff::Staff),
    /// Disk images that cards may carry.
    #[command(subcommand)]
    Images(provisioning::Images),
    /// Machines that write cards.
    #[command(subcommand)]
    Stations(stations::Stations),
    /// New systems for terminals: add, offer, withdraw, and what became of them.
    #[command(subcommand)]
    Releases(releases::Releases),
    /// Signed records of the cards that were written.
    #[command(subcommand)]
    Manifest(provisioning::Manifest),
    /// Write a backup; terminals may then forget what is in it.
    Backup(backup::Backup),
    /// Write made-up people, offices and exports.
    DemoData(demo_data::DemoDataCommand),
    /// Print the OpenAPI document of the device API.
    Openapi,
    /// Make a new server certificate from the authority that is there.
    RenewServer(init::RenewServer),
}

/// Exit code when something of several did not go in.
const IN_PART: u8 = 3;

/// What a subcommand works with.
struct Context {
    layout: Layout,
    clock: SystemClock,
    output: Output,
}

impl Context {
    fn now(&self) -> protocol::calendar::Timestamp {
        self.clock.now()
    }
}

/// Runs the program and gives its exit code: 0 done, 1 failed, 3 done in part.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context {
        layout: Layout::at(&cli.dir),
        clock: SystemClock,
        output: Output::new(cli.json),
    };
    match run(&context, cli.command) {
        Ok(code) => code,
        Err(error) => {
            context.output.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(context: &Context, command: Command) -> Result<ExitCode, GatewayError> {
    let done = |()| ExitCode::SUCCESS;
    match command {
        Command::Init(command) => command.run(context).map(done),
        Command::RenewServer(command) => command.run(context).map(done),
        Command::Serve(command) => command.run(context).map(done),
        Command::Import(command) => command.run(context),
        Command::Token(command) => command.run(context).map(done),
        Command::Requests(command) => command.run(context).map(done),
        Command::Deliver(command) => command.run(context).map(done),
        Command::Devices(command) => command.run(context).map(done),
        Command::Insurer(command) => command.run(context).map(done),
        Command::Facility(command) => command.run(context).map(done),
        Command::Notice(command) => command.run(context).map(done),
        Command::Staff(command) => command.run(context).map(done),
        Command::Images(command) => command.run(context).map(done),
        Command::Stations(command) => command.run(context).map(done),
        Command::Releases(command) => command.run(context).map(done),
        Command::Manifest(command) => command.run(context),
        Command::Backup(command) => command.run(context).map(done),
        Command::DemoData(command) => command.run(context).map(done),
        Command::Openapi => context
            .output
            .raw(&crate::device_api::openapi::document())
            .map(done),
    }
}
