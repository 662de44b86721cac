vendor/ice40/duet_ram.sv
vendor/ice40/duet_accumulate.sv
vendor/ice40/duet_store_ram.sv
