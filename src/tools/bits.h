/* Account flags: the letters of vmoduser and the texts of vuserinfo. */
#ifndef TOOLS_BITS_H
#define TOOLS_BITS_H

#include <stdint.h>

struct bit_text {
	uint32_t bit;
	int letter;       /* of vmoduser */
	const char *name; /* in JSON */
	const char *text; /* in the report */
};

/* In the order of the report, ended by bit 0. */
extern const struct bit_text bit_texts[];

/* Flags of a word of letters; 0, or the first unknown letter. */
int bits_parse(const char *letters, uint32_t *ret_bits);

#endif
