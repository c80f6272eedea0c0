/**
 * Every refusal in one catalogue: SQLSTATE, message, hint and the label that logs and metrics use.
 * Nothing else in this module writes an error text.
 */
@NullMarked
package dev.culvert.front.refuse;

import org.jspecify.annotations.NullMarked;
