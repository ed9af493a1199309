# Chooses the slot and starts it. Runs in U-Boot's shell on every board that has U-Boot.
#
# The record of the slots lies twice in partition 8; its form and its rules are written down
# and tested in images/appliance/src/slots. A start is spent before the slot is loaded, so
# that whatever goes wrong afterwards counts. All numbers are hexadecimal. The places in memory are
# the board's (`board.env`); on an emulated Raspberry Pi the device tree lies at 8000000.

load ${devtype} ${devnum}:${distro_bootpart} ${loadaddr} board.env
env import -t ${loadaddr} ${filesize}
setenv mdg_vars "mdg_a mdg_a_ok mdg_b mdg_b_ok mdg_order mdg_seq"
${devtype} dev ${devnum}
part start ${devtype} ${devnum} 8 mdg_copy0
setexpr mdg_copy1 ${mdg_copy0} + 400

# The younger whole copy.
setenv mdg_age0 0
setenv mdg_age1 0
if ${devtype} read ${mdg_scratch} ${mdg_copy0} 8; then
    if env import -c ${mdg_scratch} 1000 ${mdg_vars}; then
        setexpr mdg_age0 ${mdg_seq} + 1
    fi
fi
if ${devtype} read ${mdg_scratch} ${mdg_copy1} 8; then
    if env import -c ${mdg_scratch} 1000 ${mdg_vars}; then
        setexpr mdg_age1 ${mdg_seq} + 1
    fi
fi
if itest 0x${mdg_age1} -gt 0x${mdg_age0}; then
    setenv mdg_next ${mdg_copy0}
else
    setenv mdg_next ${mdg_copy1}
    if itest 0x${mdg_age0} -gt 0; then
        ${devtype} read ${mdg_scratch} ${mdg_copy0} 8
        env import -c ${mdg_scratch} 1000 ${mdg_vars}
    else
        echo "MDG-SLOTS-UNREADABLE: neither copy is whole; a new record is made"
        setenv mdg_order "A B"
        setenv mdg_a 1
        setenv mdg_b 1
        setenv mdg_a_ok 0
        setenv mdg_b_ok 0
        setenv mdg_seq 0
    fi
fi

setenv mdg_slot none
for slot in "${mdg_order}"; do
    if test "${mdg_slot}" = none; then
        if test "${slot}" = A; then
            if itest 0x${mdg_a} -gt 0; then
                setexpr mdg_a ${mdg_a} - 1
                setenv mdg_slot A
                setenv mdg_part 2
            fi
        else
            if itest 0x${mdg_b} -gt 0; then
                setexpr mdg_b ${mdg_b} - 1
                setenv mdg_slot B
                setenv mdg_part 3
            fi
        fi
    fi
done

if test "${mdg_slot}" = none; then
    setenv mdg_part ${distro_bootpart}
    setenv mdg_mode mdg.recovery=MDG-SLOTS-BAD
else
    setenv mdg_mode
    setexpr mdg_seq ${mdg_seq} + 1
    env export -c -s 1000 ${mdg_scratch} ${mdg_vars}
    if ${devtype} write ${mdg_scratch} ${mdg_next} 8; then
        true
    else
        # A start that cannot be counted would be followed by another one without end.
        setenv mdg_slot none
        setenv mdg_part ${distro_bootpart}
        setenv mdg_mode mdg.recovery=MDG-DISK-READONLY
    fi
fi
echo "Madoguchi: slot ${mdg_slot}"

setenv bootargs "${mdg_args} mdg.disk=${mdg_disk} mdg.slot=${mdg_slot} rauc.slot=${mdg_slot} ${mdg_mode} ${mdg_extra}"
if load ${devtype} ${devnum}:${mdg_part} ${mdg_kernel} vmlinuz; then
    if load ${devtype} ${devnum}:${mdg_part} ${mdg_initrd} initrd; then
        booti ${mdg_kernel} ${mdg_initrd}:${filesize} ${fdt_addr}
    fi
fi

# Not reached by a slot that loads. A slot that does not has spent its start.
if test "${mdg_slot}" = none; then
    echo "MDG-RECOVERY-UNREADABLE: this card has to be flashed again"
    while true; do sleep 3600; done
fi
reset
