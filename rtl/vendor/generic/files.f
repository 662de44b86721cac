vendor/generic/duet_mac.sv
vendor/generic/duet_ram.sv
