# Everything anybody runs by hand. `make demo` is the main job, `make test` is what CI runs.

CARGO ?= cargo
TOOLS := $(CURDIR)/target/tools
DENY_VERSION := 0.20.2

.PHONY: demo test lint packages test-packages image-packages bench long pictures openapi clean-demo image image-bundle image-pi image-pi5 image-test image-clean device-test

## One command: install what is needed, build, and play or open a day at the desk.
demo: packages
	$(CARGO) build --locked --workspace --bins
	target/debug/demo $(DEMO)

## One command: everything that must hold.
# Building the tests builds the programs that they start.
test: export RUSTDOCFLAGS = -D warnings
test: test-packages lint
	$(CARGO) test --locked --workspace --no-run
	$(CARGO) test --locked --workspace
	$(CARGO) doc --locked --workspace --exclude ui-pages --no-deps --quiet

## Formatting, lints, licences, versions.
lint: packages $(TOOLS)/bin/cargo-deny
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --features hal/pi -- -D warnings
	$(TOOLS)/bin/cargo-deny --locked check --hide-inclusion-graph licenses bans sources

$(TOOLS)/bin/cargo-deny:
	$(CARGO) install --quiet --debug --locked --root $(TOOLS) --version $(DENY_VERSION) cargo-deny

packages:
	tests/bin/install-packages

test-packages:
	tests/bin/install-packages test

image-packages:
	tests/bin/install-packages image

## Figures for docs/performance.md.
# One selection of packages: each other one would build the dependencies anew.
bench: packages
	$(CARGO) build --locked --release --workspace --bins
	target/release/bench
	$(CARGO) bench --locked --workspace --bench screen --bench queue --bench lookups --bench exchanges

## Writes a loop device with `provision`, as it would a card: wants root and loop devices.
device-test:
	$(CARGO) test --locked --workspace --test it -- --ignored a_real_block_device

## 10,000 kills on each side and 10,000 simulation seeds: hours.
long: packages
	$(CARGO) build --locked --release -p gateway -p system-tests --bins
	$(CARGO) run --locked --release -p system-tests --bin soak

## Draws every screen again and accepts the result; look at the difference before committing.
pictures: packages
	MADOGUCHI_ACCEPT=1 $(CARGO) test --locked -p ui --test screens pictures

## Writes docs/openapi.json from the code.
openapi:
	$(CARGO) run --locked --quiet -p gateway -- openapi > docs/openapi.json

clean-demo:
	rm -rf demo-run

## The disk image for the emulator: build root, programs, root file system, disk. See docs/images.md.
VERSION ?= 0.1.0
image: image-packages
	images/bin/build-root
	images/bin/base
	images/bin/kernel-pi5
	images/bin/rauc
	images/bin/keys
	images/bin/compile
	images/bin/root $(VERSION)
	images/bin/disk $(VERSION) qemu
	images/bin/sign $(VERSION) qemu

## The signed update bundle of the same version.
image-bundle:
	images/bin/bundle $(VERSION)

## The same system on a card for Raspberry Pi 3, 4 and Zero 2 W. Not tried on hardware.
image-pi:
	images/bin/disk $(VERSION) pi
	images/bin/sign $(VERSION) pi

## The same system on a card for Raspberry Pi 5. Not tried on hardware.
image-pi5:
	images/bin/disk $(VERSION) pi5
	images/bin/sign $(VERSION) pi5

## Boots the image in the emulator, cuts its power, updates it, tampers with it.
# The newer version is a root of its own: what an update brings is what is on the card then.
image-test:
	images/bin/disk $(VERSION) pi
	[ -n "$$WITHOUT_PI5" ] || images/bin/disk $(VERSION) pi5
	images/bin/root 0.2.0
	images/bin/bundle 0.2.0
	BROKEN=1 images/bin/bundle 0.3.0 $(VERSION)
	FOREIGN=1 images/bin/bundle 0.4.0 $(VERSION)
	images/bin/bundle 0.0.1 $(VERSION)
	$(CARGO) run --locked -p image-proof -- --image $(VERSION) all

## Gives back what the image took outside of the checkout.
image-clean:
	rm -rf --one-file-system $${MADOGUCHI_CACHE:-$$HOME/.cache/madoguchi}
