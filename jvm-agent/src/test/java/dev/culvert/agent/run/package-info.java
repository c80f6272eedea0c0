@NullMarked
package dev.culvert.agent.run;

import org.jspecify.annotations.NullMarked;
