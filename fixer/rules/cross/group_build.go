package cross

import "oakum/fixer"

// Build lists the rules about building an image that need more than its
// Dockerfile to judge.
var Build = []*fixer.Rule{
	BuildSecret,
	SourceLabel,
	Dockerignore,
}
