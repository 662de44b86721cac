vendor/xc7/duet_mac.sv
vendor/xc7/duet_ram_bank.sv
vendor/xc7/duet_ram_row.sv
vendor/xc7/duet_ram.sv
