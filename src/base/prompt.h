/* Asking for a secret with echo off. */
#ifndef BASE_PROMPT_H
#define BASE_PROMPT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Ask on the controlling terminal; without one the prompt goes to stderr and
 * the answer is read from standard input.  1 (line filled, newline removed),
 * 0 at the end of input, -1 and errno: EMSGSIZE for a longer line, EILSEQ
 * for a NUL byte.
 */
int vp_prompt_secret(const char *prompt, char *line, size_t size);
/* The reading part: one line from fp, byte by byte, so that nothing behind
 * the line is taken and no copy stays in a buffer. */
int vp_prompt_read(FILE *fp, char *line, size_t size);

#endif
