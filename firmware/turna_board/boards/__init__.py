"""One module of plain constants per board; `turna_board.board` loads one by name."""
