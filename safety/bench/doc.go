// Package bench judges what a fixer made of repositories: it compares the trees
// before and after, and says in numbers what got better, what it cost and what is
// broken now. [Judge] does so for one repository, [Runner] makes the trees by
// running a fixer on copies.
//
// Which files are looked at is decided by oakum's discovery, on both sides; what
// they are is decided by the package referee, and what is certain to break by the
// package table.
package bench
