"""The automatic search (おまかせ): which method with which settings does best, found on the training photos alone.

Nested: what is judged in a try are inner photos and inner "new" classes cut out of the photos and classes that training
may see. Test photos and classes held back are not in the data that the search is given, so that the figures told in
the end are of photos on which nothing was chosen.
"""
