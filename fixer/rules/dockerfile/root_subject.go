package dockerfile

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

var (
	paramUID  = fixer.Param{Name: "uid", Meaning: "User id (uid) of the image's user, 1 or above", Validate: container.ValidID(1)}
	paramGID  = fixer.Param{Name: "gid", Meaning: "Group id (gid), 0 or above; empty for the user's group in the image", Validate: fixer.Optional(container.ValidID(0))}
	paramName = fixer.Param{Name: "name", Meaning: "Name of the user and of its group, in lower case", Validate: validName}
)

// imageCheck is one stage that is run, with what is known about it.
type imageCheck struct {
	pass    *fixer.Pass
	file    *dockerfile.File
	stage   *dockerfile.Stage
	profile *container.Profile
	last    dockerfile.Value // the USER in force at the end
	base    string           // the image the stage goes back to
	run     bool             // the repository shows who runs the image, and on which port
	product writables        // what a server writes to that the base is made to run
	named   writables        // what commands, variables and configuration name for writing
	room    *startRoom       // what the program needs to write to where it starts; nil for nothing known
}
