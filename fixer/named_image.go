package fixer

// A NamedImage is a place of the repository that names an image which is pulled.
type NamedImage struct {
	Image string // the reference in full form: "docker.io/library/redis:8"
	File  string
	Line  int

	// Base says that an image of the repository is made from it.
	Base bool
}
