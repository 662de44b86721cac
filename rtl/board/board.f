board/duet_uart_rx.sv
board/duet_uart_tx.sv
board/duet_link.sv
board/duet_onchip.sv
board/duet_board.sv
