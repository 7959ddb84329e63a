// Package languagetest holds what people read to the language of the project:
// the terms of Docker's and Kubernetes' own documentation, short sentences, and
// checks that can be pasted. It is for tests: of the rules, of the commands'
// help, of the screens.
//
//	for _, c := range languagetest.Complaints(command.Long) {
//		t.Error(c)
//	}
//
// The terms that must not appear stand in terms.txt, one a line, with what to
// say instead.
package languagetest
