package container

// A Truth is the answer to a condition. Its zero value is Unknown, so that what
// nobody decided is never taken for yes or no.
type Truth int

// The answers.
const (
	Unknown Truth = iota
	Yes
	No
)

// holds tells whether a condition under which something is known of an image
// holds for the container. The table writes conditions as text: only the empty
// one, which is none, has an answer. Every decision asks here, and takes Unknown
// for what lowers its level.
func (s *Spec) holds(when string) Truth {
	if when == "" {
		return Yes
	}
	return Unknown
}
