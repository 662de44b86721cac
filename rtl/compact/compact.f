stream/duet_delay.sv
math/duet_requantize.sv
compact/duet_compact_lanes.sv
compact/duet_compact.sv
board/duet_uart_rx.sv
board/duet_uart_tx.sv
board/duet_link.sv
compact/duet_compact_board.sv
