vendor/ecp5/duet_mac.sv
vendor/ecp5/duet_ram_bank.sv
vendor/ecp5/duet_ram.sv
