/* The body of vchkpw (facts: runtime 2). */
#ifndef RUNTIME_CHECKPASSWORD_H
#define RUNTIME_CHECKPASSWORD_H

/* argv: the program's name, the next program and its arguments.  Returns the
 * exit status, or does not return when the next program runs. */
int vp_checkpassword_main(int argc, char **argv);

#endif
