vendor/generic/duet_ram.sv
vendor/generic/duet_accumulate.sv
vendor/generic/duet_store_ram.sv
