/*
 * platform/stub/embed.h - guest code that is carried inside the sandbox binary
 *
 * Interface: [x_start, x_end) is the ELF file x as the build linked it.
 */
#ifndef PLATFORM_STUB_EMBED_H
#define PLATFORM_STUB_EMBED_H

#define EMBEDDED(name)                                                                             \
	extern const unsigned char name##_start[] __attribute__((visibility("hidden")));           \
	extern const unsigned char name##_end[] __attribute__((visibility("hidden")))

EMBEDDED(guest_stub);

#endif
