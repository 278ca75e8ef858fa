/*
 * platform/stub/embed.S - the bytes of a file as EMBED_NAME_start .. EMBED_NAME_end
 *
 * Both names come from the build; page-aligned, so that the file can be mapped or written at once.
 */
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

	.section .rodata
	.globl PASTE(EMBED_NAME, _start)
	.hidden PASTE(EMBED_NAME, _start)
	.globl PASTE(EMBED_NAME, _end)
	.hidden PASTE(EMBED_NAME, _end)
	.balign 4096
PASTE(EMBED_NAME, _start):
	.incbin EMBED_FILE
PASTE(EMBED_NAME, _end):
	.byte 0
	.section .note.GNU-stack, "", @progbits
