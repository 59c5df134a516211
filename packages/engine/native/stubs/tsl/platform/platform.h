// Stands in for a header of TensorFlow that its C headers include for the names of mobile platforms, none of which this is.
#pragma once
